from slack_sdk.signature import SignatureVerifier

from simulators.slack.signing import sign, signed_headers

# the body of Slack's documented example (docs/platform/slack.md#request-signature)
BODY = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
    "%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)


def test_slacks_own_example() -> None:
    signed = sign(BODY, "1531420618", "8f742231b10e8888abcd99yyyzzz85a5")
    assert signed == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_slacks_own_verifier_takes_it() -> None:
    headers = signed_headers("bödy".encode(), "secret")
    assert SignatureVerifier("secret").is_valid_request("bödy".encode(), headers)
    assert not SignatureVerifier("other").is_valid_request("bödy".encode(), headers)


def test_a_given_time_is_kept() -> None:
    assert signed_headers(b"", "s", 12.9)["X-Slack-Request-Timestamp"] == "12"
