"""The store on Dify's plugin storage: bounded buckets, no listing, no expiry."""
