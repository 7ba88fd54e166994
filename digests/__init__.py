"""The core: pure functions of data and `now`. No network, no clock, no database, nothing of ours from outside."""
