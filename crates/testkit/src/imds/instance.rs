//! The instance the metadata speaks of.

/// The instance the metadata speaks of.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    /// The instance id.
    pub(super) id: String,
    /// The region.
    pub(super) region: String,
    /// The availability zone.
    pub(super) zone: String,
    /// The private IPv4 address.
    pub(super) private_ip: String,
    /// The instance role, when it has one.
    pub(super) role: Option<RoleCredentials>,
}

/// The credentials of an instance role. All of them are made up by a test.
#[derive(Debug, Clone)]
pub(super) struct RoleCredentials {
    /// The role's name.
    pub(super) role: String,
    /// The access key id.
    pub(super) access_key: String,
    /// The secret access key.
    pub(super) secret_key: String,
    /// The session token.
    pub(super) session_token: String,
}

impl Default for Instance {
    fn default() -> Self {
        Self {
            id: "i-0123456789abcdef0".to_owned(),
            region: "eu-west-1".to_owned(),
            zone: "eu-west-1a".to_owned(),
            private_ip: "10.0.0.10".to_owned(),
            role: None,
        }
    }
}
