//! Which IAM permissions target groups need.

/// The IAM actions that looking at target groups needs.
pub fn target_group_permissions() -> &'static [&'static str] {
    &[
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
    ]
}

/// The IAM actions that changing target groups needs besides.
pub fn target_group_change_permissions() -> &'static [&'static str] {
    &[
        "elasticloadbalancing:DeregisterTargets",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:RegisterTargets",
    ]
}
