"""HTTP in, one call, HTTP out: one file per URL."""
