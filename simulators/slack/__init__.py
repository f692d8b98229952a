"""A stateful double of Slack: its Web API, its files host and its event delivery, at the wire.

Every rule names the fact it comes from: "§" alone means field/slack.md. Run it with
`python -m simulators.slack`; drive it with `simulators.slack.workspace.Workspace`.
"""
