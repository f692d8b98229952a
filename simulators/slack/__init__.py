"""A stateful double of Slack: its Web API, its files host and its event delivery, at the wire.

Every rule names the fact it comes from: an anchor of docs/platform/slack.md. Run it with
`python -m simulators.slack`; drive it with `simulators.slack.workspace.Workspace`.
"""
