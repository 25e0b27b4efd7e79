"""From aws-auth to access entries: what each line becomes, in which order, and what shows that nobody notices. Pure."""
