"""What is declared against what is there: findings, each with what to do about it. Pure."""
