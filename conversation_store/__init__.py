"""What is remembered of each thread, such as its conversation: in Dify's storage or Redis, behind a cache."""
