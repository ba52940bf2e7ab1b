"""OpenID Connect: a provider of identities says who somebody is. No store, no pages."""
