"""Thread → conversation: the record, a cache in front, Dify's storage or Redis behind (design D3)."""
