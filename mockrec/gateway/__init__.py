"""How unmodified clients get here: certificates, a proxy, a name server, an environment."""
