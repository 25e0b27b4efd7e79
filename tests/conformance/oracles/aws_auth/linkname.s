// Empty: with it the Go compiler accepts functions without a body, which main.go links by name.
