//! The files of boto 2, which older installations of clustercron are configured with. They are the last resort,
//! after everything AWS's own tools read.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use aws_credential_types::Credentials;
use bellwether_core::environment::Environment;
use configparser::ini::Ini;

/// The region of boto where none is named (`DefaultRegionName` in `boto.ec2.elb`).
const DEFAULT_REGION: &str = "us-east-1";

/// A configuration file is small; what is longer is something else.
const LONGEST_FILE: u64 = 1 << 20;

/// What the files say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Boto {
    /// `[Credentials]`, and the last file that had a part of them.
    pub(crate) credentials: Option<(Credentials, PathBuf)>,
    /// `[Boto] elb_region_name`.
    pub(crate) region: Option<String>,
    /// `[Boto] elb_region_endpoint`, as a URL; for which region, [`Boto::elb_endpoint`] tells.
    pub(crate) elb_endpoint: Option<String>,
    /// `[Boto] http_socket_timeout`, in seconds.
    pub(crate) timeout: Option<Duration>,
    /// `[Boto] num_retries`, and the first attempt.
    pub(crate) attempts: Option<u32>,
}

/// Where boto 2 looks, the later overriding per option.
pub(crate) fn usual_files(environment: &Environment) -> Vec<PathBuf> {
    let mut files = vec![PathBuf::from("/etc/boto.cfg")];
    files.extend(environment.home().map(|home| home.join(".boto")));
    files.extend(environment.get("BOTO_CONFIG").map(|path| expand_home(path, environment)));
    files
}

/// A path as a shell would take it, where it starts with `~/`.
pub(crate) fn expand_home(path: &str, environment: &Environment) -> PathBuf {
    match (path.strip_prefix("~/"), environment.home()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

impl Boto {
    /// Reads the files. One that cannot be used is left out, with a warning: it may have nothing to do with us.
    pub(crate) fn load(files: &[PathBuf]) -> Self {
        let mut merged = Ini::new();
        let mut keys_from = None;
        for file in files {
            match read(file).and_then(|text| text.map_or(Ok(None), |text| parse(text).map(Some))) {
                Ok(None) => {}
                Ok(Some(ini)) => {
                    if ini.get_map_ref().contains_key("credentials") {
                        keys_from = Some(file);
                    }
                    merge(&mut merged, &ini);
                }
                Err(why) => tracing::warn!("the boto file {} is left out: {why}", file.display()),
            }
        }
        Self::from_ini(&merged, keys_from.map(PathBuf::as_path))
    }

    /// Where classic load balancers of a region are asked. Name and endpoint make one region: for any other, the
    /// endpoint would be that of other load balancers, which might then be changed in place of those meant.
    pub(crate) fn elb_endpoint(&self, region: &str) -> Option<&str> {
        let named = self.region.as_deref().unwrap_or(DEFAULT_REGION);
        self.elb_endpoint.as_deref().filter(|_| named == region)
    }

    fn from_ini(ini: &Ini, keys_from: Option<&Path>) -> Self {
        let secure = ini.getboolcoerce("boto", "is_secure").ok().flatten().unwrap_or(true);
        Self {
            credentials: credentials(ini).zip(keys_from.map(Path::to_path_buf)),
            region: option(ini, "boto", "elb_region_name"),
            elb_endpoint: option(ini, "boto", "elb_region_endpoint").map(|endpoint| as_url(&endpoint, secure)),
            timeout: number::<f64>(ini, "http_socket_timeout")
                .filter(|seconds| *seconds > 0.0)
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            attempts: number::<u32>(ini, "num_retries").map(|retries| retries.saturating_add(1)),
        }
    }
}

fn read(file: &Path) -> Result<Option<String>, String> {
    let open = match File::open(file) {
        Ok(open) => open,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let mut text = String::new();
    let length = open.take(LONGEST_FILE + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if length as u64 > LONGEST_FILE {
        return Err(format!("it is longer than {LONGEST_FILE} bytes"));
    }
    Ok(Some(text))
}

/// Python's dialect: names of options in any case, `=` or `:`, `;` and `#` comments, indented continuation lines.
fn parse(text: String) -> Result<Ini, String> {
    let mut ini = Ini::new();
    ini.set_multiline(true);
    ini.set_inline_comment_symbols(Some(&[';']));
    // The parser's own message may quote the line, and with it a key.
    ini.read(text).map_err(|_| "it is not an ini file".to_owned())?;
    Ok(ini)
}

fn merge(into: &mut Ini, from: &Ini) {
    for (section, options) in from.get_map_ref() {
        for (option, value) in options {
            into.set(section, option, value.clone());
        }
    }
}

fn option(ini: &Ini, section: &str, name: &str) -> Option<String> {
    ini.get(section, name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn number<T: FromStr>(ini: &Ini, name: &str) -> Option<T> {
    let text = option(ini, "boto", name)?;
    let number = text.parse().ok();
    if number.is_none() {
        tracing::warn!("the boto option {name} is left out: '{text}' is not a number it can have");
    }
    number
}

fn credentials(ini: &Ini) -> Option<Credentials> {
    let id = option(ini, "credentials", "aws_access_key_id")?;
    let secret = option(ini, "credentials", "aws_secret_access_key")?;
    let token = option(ini, "credentials", "aws_security_token");
    Some(Credentials::new(id, secret, token, None, "Boto"))
}

fn as_url(endpoint: &str, secure: bool) -> String {
    match (endpoint.contains("://"), secure) {
        (true, _) => endpoint.to_owned(),
        (false, true) => format!("https://{endpoint}"),
        (false, false) => format!("http://{endpoint}"),
    }
}

#[cfg(test)]
#[path = "boto_tests.rs"]
mod tests;
