"""A long text is cut into messages."""
