//! Our table, as `nft -f` reads it.

use crate::firewall::ports::Ports;

/// The table's family: IPv4 and IPv6.
pub(super) const FAMILY: &str = "inet";
/// The table, which is ours alone.
pub(super) const TABLE: &str = "bellwether";

/// What replaces our table by one that refuses new connections to these ports, in one transaction; with no ports,
/// what removes it, whether or not it is there.
///
/// The first line is for the second: deleting what is not there would be an error, and `destroy` is not known to
/// every `nft`. A new connection is told by its SYN: connection tracking, where it was not in use before, takes every
/// packet of an old connection for the first of a new one.
pub fn ruleset(wanted: Option<&Ports>) -> String {
    let mut text = format!("add table {FAMILY} {TABLE}\ndelete table {FAMILY} {TABLE}\n");
    if let Some(ports) = wanted {
        text.push_str(&table(ports));
    }
    text
}

fn table(ports: &Ports) -> String {
    format!(
        "table {FAMILY} {TABLE} {{
  set ports {{ type inet_service; flags interval; auto-merge; elements = {{ {ports} }} }}
  chain input {{
    type filter hook input priority filter - 10; policy accept;
    tcp dport @ports tcp flags & (fin | syn | rst | ack) == syn counter reject with tcp reset
  }}
}}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_replaced_as_a_whole() {
        let ports = Ports::new([443, 80]).unwrap();
        let expected = "\
add table inet bellwether
delete table inet bellwether
table inet bellwether {
  set ports { type inet_service; flags interval; auto-merge; elements = { 80, 443 } }
  chain input {
    type filter hook input priority filter - 10; policy accept;
    tcp dport @ports tcp flags & (fin | syn | rst | ack) == syn counter reject with tcp reset
  }
}
";
        assert_eq!(ruleset(Some(&ports)), expected);
        assert_eq!(ruleset(None), expected.lines().take(2).map(|line| format!("{line}\n")).collect::<String>());
    }
}
