"""What a Dify app says: the call, its stream as answer events, its form, inputs, files and failures."""
