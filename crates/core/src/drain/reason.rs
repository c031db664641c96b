//! What AWS's reason codes for the health of a target mean, and what can be done.

/// Explains a reason code of `DescribeTargetHealth` (API 2015-12-01, `TargetHealth`), or a result of its anomaly
/// detection (`AnomalyDetection`); none for a code that is not documented.
pub fn explain(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "Elb.RegistrationInProgress" => "the load balancer is still taking the target in",
        "Elb.InitialHealthChecking" => "the first health checks are still to be passed",
        "Elb.InternalError" => "the load balancer itself failed; if that lasts, see the AWS Health Dashboard",
        "Target.ResponseCodeMismatch" => {
            "the health check is answered with a status that the group's matcher does not accept"
        }
        "Target.Timeout" => {
            "the health check is not answered in time: look at the service's load, the security groups and routes"
        }
        "Target.FailedHealthChecks" => {
            "the health check gets no connection or a broken answer: look whether the service listens on the port"
        }
        "Target.NotRegistered" => "the target is not registered in the group",
        "Target.NotInUse" => {
            "no load balancer uses the group, or the target's zone is not enabled for the load balancer"
        }
        "Target.DeregistrationInProgress" => {
            "the target is being deregistered; requests under way may end within the deregistration delay"
        }
        "Target.InvalidState" => "the instance is stopped or terminated",
        "Target.IpUnusable" => "a load balancer uses the address itself: register another one",
        "Target.HealthCheckDisabled" => "the group has no health checks, so that the target gets requests unchecked",
        "anomalous" => "its errors differ from those of the other targets; with mitigation on it gets fewer requests",
        "normal" => "its errors are like those of the other targets",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_code_is_explained_in_its_own_words() {
        let codes = [
            "Elb.RegistrationInProgress",
            "Elb.InitialHealthChecking",
            "Elb.InternalError",
            "Target.ResponseCodeMismatch",
            "Target.Timeout",
            "Target.FailedHealthChecks",
            "Target.NotRegistered",
            "Target.NotInUse",
            "Target.DeregistrationInProgress",
            "Target.InvalidState",
            "Target.IpUnusable",
            "Target.HealthCheckDisabled",
            "anomalous",
            "normal",
        ];
        let texts: std::collections::BTreeSet<_> = codes.iter().map(|code| explain(code).unwrap()).collect();
        assert_eq!(texts.len(), codes.len());
        assert_eq!(explain("Target.SomethingNew"), None);
    }
}
