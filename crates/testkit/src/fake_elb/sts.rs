//! Security Token Service (API 2011-06-15).

use super::call::Service;
use super::world::World;
use super::xml;

/// `GetCallerIdentity`.
pub(super) fn get_caller_identity(world: &World) -> String {
    let result = [
        xml::element("Arn", &format!("arn:aws:iam::{}:user/test", world.account)),
        xml::element("UserId", "AIDACKCEVSQ6C2EXAMPLE"),
        xml::element("Account", &world.account),
    ]
    .concat();
    xml::query_answer(Service::Sts, "GetCallerIdentity", &result)
}
