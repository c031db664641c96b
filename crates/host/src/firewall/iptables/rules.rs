//! Our chain and the jump to it, as `iptables -S` lists them and `iptables-restore` loads them.

use crate::firewall::found::Found;
use crate::firewall::ports::Ports;

/// Our chain, by the name that CloneSquad's own watcher gave it, so that what that one left is found.
pub(super) const CHAIN: &str = "CS-INSTANCE-WATCHER";
/// What a rule of ours is listed as, after the port.
const REFUSAL: &str = " --tcp-flags FIN,SYN,RST,ACK SYN -j REJECT --reject-with tcp-reset";

/// What there is of ours in one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rules {
    /// How often INPUT leads to our chain.
    jumps: usize,
    /// Whether it does so before anything else.
    jumps_first: bool,
    chain: Chain,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Chain {
    Absent,
    Blocks(Ports),
    Altered,
}

impl Rules {
    /// Where nothing is ours.
    pub(super) fn none() -> Self {
        Self { jumps: 0, jumps_first: false, chain: Chain::Absent }
    }

    /// Where a chain of ours is led to, as it mostly is when it is removed.
    pub(super) fn of_one_jump() -> Self {
        Self { jumps: 1, jumps_first: true, chain: Chain::Altered }
    }

    /// Reads the lists of INPUT and, where it is there, of our chain.
    pub(super) fn read(input: &str, chain: Option<&str>) -> Self {
        let jump = format!("-A INPUT -j {CHAIN}");
        let rules: Vec<&str> = input.lines().map(str::trim).filter(|line| line.starts_with("-A ")).collect();
        Self {
            jumps: rules.iter().filter(|&&rule| rule == jump).count(),
            jumps_first: rules.first() == Some(&jump.as_str()),
            chain: chain.map_or(Chain::Absent, read_chain),
        }
    }

    pub(super) fn found(&self) -> Found {
        match &self.chain {
            Chain::Absent => Found::Absent,
            Chain::Blocks(ports) if self.jumps == 1 && self.jumps_first => Found::Blocks(ports.clone()),
            Chain::Blocks(_) | Chain::Altered => Found::Altered,
        }
    }

    /// What replaces our chain by one for these ports, and leads to it first and once.
    pub(super) fn installing(&self, ports: &Ports) -> String {
        // Naming a chain here makes it, or empties it.
        let mut lines = vec![format!(":{CHAIN} - [0:0]")];
        let rule = |port| format!("-A {CHAIN} -p tcp --dport {port} --syn -j REJECT --reject-with tcp-reset");
        lines.extend(ports.iter().map(rule));
        if !(self.jumps_first && self.jumps == 1) {
            lines.extend(self.leading_no_more());
            lines.push(format!("-I INPUT 1 -j {CHAIN}"));
        }
        filter_table(&lines)
    }

    /// What removes our chain, which is there.
    pub(super) fn removing(&self) -> String {
        let mut lines: Vec<String> = self.leading_no_more().collect();
        lines.extend([format!("-F {CHAIN}"), format!("-X {CHAIN}")]);
        filter_table(&lines)
    }

    fn leading_no_more(&self) -> impl Iterator<Item = String> + use<> {
        std::iter::repeat_n(format!("-D INPUT -j {CHAIN}"), self.jumps)
    }
}

fn filter_table(lines: &[String]) -> String {
    format!("*filter\n{}\nCOMMIT\n", lines.join("\n"))
}

fn read_chain(listing: &str) -> Chain {
    let rules = listing.lines().map(str::trim).filter(|line| line.starts_with("-A "));
    let ports: Option<Vec<u16>> = rules.map(read_rule).collect();
    ports.and_then(|ports| Ports::new(ports).ok()).map_or(Chain::Altered, Chain::Blocks)
}

fn read_rule(rule: &str) -> Option<u16> {
    let rest = rule.strip_prefix(&format!("-A {CHAIN} -p tcp -m tcp --dport "))?;
    rest.strip_suffix(REFUSAL)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JUMP: &str = "-A INPUT -j CS-INSTANCE-WATCHER\n";

    fn chain(ports: &[u16]) -> String {
        let rule = |port| format!("-A {CHAIN} -p tcp -m tcp --dport {port}{REFUSAL}\n");
        format!("-N {CHAIN}\n{}", ports.iter().map(rule).collect::<String>())
    }

    fn read(input: &str, chain: &str) -> Rules {
        Rules::read(&format!("-P INPUT ACCEPT\n{input}"), Some(chain))
    }

    fn ports(numbers: &[u16]) -> Ports {
        Ports::new(numbers.iter().copied()).unwrap()
    }

    #[test]
    fn a_chain_blocks_when_it_is_led_to_first_and_once() {
        let web = chain(&[80, 443]);
        assert_eq!(Rules::read("-P INPUT ACCEPT\n", None).found(), Found::Absent);
        assert_eq!(read(JUMP, &web).found(), Found::Blocks(ports(&[80, 443])));
        assert_eq!(read(&format!("{JUMP}-A INPUT -i lo -j ACCEPT\n"), &web).found(), Found::Blocks(ports(&[80, 443])));
        for input in ["", &format!("-A INPUT -i lo -j ACCEPT\n{JUMP}"), &JUMP.repeat(2)] {
            assert_eq!(read(input, &web).found(), Found::Altered, "{input}");
        }
        assert_eq!(read(JUMP, &chain(&[])).found(), Found::Altered);
        assert_eq!(read(JUMP, &format!("{web}-A {CHAIN} -j RETURN\n")).found(), Found::Altered);
    }

    #[test]
    fn what_is_there_already_is_not_led_to_again() {
        let fresh = "\
*filter
:CS-INSTANCE-WATCHER - [0:0]
-A CS-INSTANCE-WATCHER -p tcp --dport 80 --syn -j REJECT --reject-with tcp-reset
-I INPUT 1 -j CS-INSTANCE-WATCHER
COMMIT
";
        assert_eq!(Rules::none().installing(&ports(&[80])), fresh);
        let without_jump = fresh.replace("-I INPUT 1 -j CS-INSTANCE-WATCHER\n", "");
        assert_eq!(read(JUMP, &chain(&[22])).installing(&ports(&[80])), without_jump);
        let moved = read(&format!("-A INPUT -i lo -j ACCEPT\n{}", JUMP.repeat(2)), &chain(&[80]));
        let deletions = "-D INPUT -j CS-INSTANCE-WATCHER\n".repeat(2);
        assert_eq!(moved.installing(&ports(&[80])), fresh.replace("-I INPUT", &format!("{deletions}-I INPUT")));
    }

    #[test]
    fn a_chain_goes_after_all_that_leads_to_it() {
        let rules = read(JUMP, &chain(&[80]));
        assert_eq!(
            rules.removing(),
            "*filter\n-D INPUT -j CS-INSTANCE-WATCHER\n-F CS-INSTANCE-WATCHER\n-X CS-INSTANCE-WATCHER\nCOMMIT\n"
        );
        assert_eq!(
            read("", &chain(&[])).removing(),
            "*filter\n-F CS-INSTANCE-WATCHER\n-X CS-INSTANCE-WATCHER\nCOMMIT\n"
        );
        assert_eq!(rules.removing(), Rules::of_one_jump().removing());
    }
}
