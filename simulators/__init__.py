"""Doubles of the systems the bridge talks to, each speaking its real wire."""
