//! Old programs' command lines, each in a folder of its own. They translate, call the native parts, and render in
//! the old format; none imports another.

mod clustercron;
mod cs_instance_watcher;
mod ec2_cagent;
mod ec2_cmaster;
mod elbadmin;
mod getopt;

use std::ffi::{OsStr, OsString};
use std::path::Path;

use bellwether_core::environment::Environment;

/// An old program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DropIn {
    /// clustercron 1.0.1
    Clustercron,
    /// cs-instance-watcher of CloneSquad
    CsInstanceWatcher,
    /// ec2-cagent of EC2 Collective
    Ec2Cagent,
    /// ec2-cmaster of EC2 Collective
    Ec2Cmaster,
    /// elbadmin 0.2 of boto 2
    Elbadmin,
}

/// The drop-in that is meant, by the program's name or by the first argument, and its own arguments. Names are
/// matched exactly: a program called `my-clustercron` is none.
pub(crate) fn named(arguments: &[OsString]) -> Option<(DropIn, Vec<OsString>)> {
    let program = arguments.first().and_then(|program| Path::new(program).file_name());
    if let Some(dropin) = program.and_then(by_name) {
        return Some((dropin, arguments.get(1..).unwrap_or_default().to_vec()));
    }
    let dropin = by_name(arguments.get(1)?)?;
    Some((dropin, arguments.get(2..).unwrap_or_default().to_vec()))
}

fn by_name(name: &OsStr) -> Option<DropIn> {
    match name.to_str()? {
        "clustercron" => Some(DropIn::Clustercron),
        cs_instance_watcher::NAME => Some(DropIn::CsInstanceWatcher),
        ec2_cagent::NAME => Some(DropIn::Ec2Cagent),
        ec2_cmaster::NAME => Some(DropIn::Ec2Cmaster),
        "elbadmin" => Some(DropIn::Elbadmin),
        _ => None,
    }
}

/// Runs a drop-in; the answer is the exit status.
pub(crate) async fn run(dropin: DropIn, arguments: Vec<OsString>, environment: Environment) -> u8 {
    match dropin {
        DropIn::Clustercron => clustercron::run(&arguments, environment).await,
        DropIn::CsInstanceWatcher => cs_instance_watcher::run(&arguments, environment).await,
        DropIn::Ec2Cagent => ec2_cagent::run(&arguments, environment).await,
        DropIn::Ec2Cmaster => ec2_cmaster::run(&arguments, environment).await,
        DropIn::Elbadmin => elbadmin::run(&arguments, environment).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named_by(words: &[&str]) -> Option<Vec<OsString>> {
        let arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
        named(&arguments).map(|(_, rest)| rest)
    }

    #[test]
    fn a_drop_in_is_named_exactly_by_program_or_first_argument() {
        assert_eq!(named_by(&["/usr/bin/clustercron", "elb"]), Some(vec!["elb".into()]));
        assert_eq!(named_by(&["bellwether", "clustercron", "-v"]), Some(vec!["-v".into()]));
        assert_eq!(named_by(&["/usr/sbin/ec2-cmaster", "-m"]), Some(vec!["-m".into()]));
        assert_eq!(named_by(&["my-clustercron", "elb"]), None);
        assert_eq!(named_by(&["bellwether", "once", "clustercron"]), None);
        assert_eq!(named_by(&["bellwether"]), None);
    }
}
