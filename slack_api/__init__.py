"""The way to Slack: typed calls, one connection pool, retries, a rate budget, files.

A call goes from `client` (its typed method) over `web` (budget, retries, slack_sdk) and `pool` (one HTTP exchange) to
`connection`.
"""
