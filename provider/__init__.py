"""The settings form of the endpoint (slack.yaml), its typed reading, and the process's environment."""
