"""What Slack sent: is it genuine, what does it say, is it for us. All of it pure."""
