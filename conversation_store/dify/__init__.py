"""The store on Dify's plugin storage: bounded buckets, no listing, no expiry."""

from conversation_store.dify.buckets import Buckets, BucketState
from conversation_store.dify.dify_storage import DifyStorage, TimedStorage

__all__ = ["BucketState", "Buckets", "DifyStorage", "TimedStorage"]
