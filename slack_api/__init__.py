"""The way to Slack: typed calls, one connection pool, retries, a rate budget, files."""
