//! Variables that Kubernetes puts into every container of a namespace with a Service named `mana-auth`
//! (<https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>). They have our prefix, and nobody meant us.

/// Whether what follows the prefix is such a name: `SERVICE_HOST`, `SERVICE_PORT`, `SERVICE_PORT_<NAME>`, `PORT`,
/// `PORT_<NUMBER>_<PROTOCOL>`, and that with `_PROTO`, `_PORT` or `_ADDR`.
pub(super) fn is_of_a_service(name: &str) -> bool {
    if matches!(name, "SERVICE_HOST" | "SERVICE_PORT" | "PORT") || name.starts_with("SERVICE_PORT_") {
        return true;
    }
    let Some((number, rest)) = name.strip_prefix("PORT_").and_then(|rest| rest.split_once('_')) else {
        return false;
    };
    let (protocol, what) = rest.split_once('_').unwrap_or((rest, "ADDR"));
    number.parse::<u16>().is_ok()
        && matches!(protocol, "TCP" | "UDP" | "SCTP")
        && matches!(what, "PROTO" | "PORT" | "ADDR")
}

#[cfg(test)]
mod tests {
    use super::is_of_a_service;
    use mana_auth_settings::KEYS;

    #[test]
    fn names_of_services_are_told_from_ours() {
        for name in [
            "SERVICE_HOST",
            "SERVICE_PORT",
            "SERVICE_PORT_HTTP",
            "PORT",
            "PORT_3001_TCP",
            "PORT_3001_TCP_PROTO",
            "PORT_3001_TCP_PORT",
            "PORT_3001_TCP_ADDR",
            "PORT_53_UDP",
        ] {
            assert!(is_of_a_service(name), "{name}");
        }
        for name in [
            "SERVICE",
            "PORTS",
            "PORT_",
            "PORT_3001",
            "PORT_X_TCP",
            "PORT_3001_TCP_X",
            "LISTEN",
            "PORT_99999_TCP",
        ] {
            assert!(!is_of_a_service(name), "{name}");
        }
        assert!(KEYS.iter().all(|key| !is_of_a_service(&key.name.to_ascii_uppercase())));
    }
}
