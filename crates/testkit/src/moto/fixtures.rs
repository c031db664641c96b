//! Ready-made things in moto's AWS.

use serde_json::{Value, json};

use super::Moto;

const FIXTURES: &str = include_str!("fixtures.py");

impl Moto {
    /// Calls a function of `fixtures.py` with named arguments.
    fn fixture(&self, function: &str, arguments: &Value) -> Value {
        let script =
            format!("{FIXTURES}\nimport os\nprint(json.dumps({function}(**json.loads(os.environ['ARGUMENTS']))))\n");
        let printed = self.run_boto(&script, &[("ARGUMENTS", &arguments.to_string())]);
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{function} printed '{printed}': {error}"))
    }

    /// Starts EC2 instances with these tags; their ids.
    pub fn run_instances(&self, region: &str, count: usize, tags: &[(&str, &str)]) -> Vec<String> {
        let tags: serde_json::Map<_, _> = tags.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        strings(&self.fixture("run_instances", &json!({"region": region, "count": count, "tags": tags})))
    }

    /// Makes a classic load balancer with these instances, which must be there.
    pub fn create_load_balancer(&self, region: &str, name: &str, instances: &[&str]) {
        self.fixture("create_load_balancer", &json!({"region": region, "name": name, "instances": instances}));
    }

    /// Makes a target group, of type `instance` or `ip`, with these targets and ports, and a load balancer that uses
    /// it; its ARN. Instances must be there.
    pub fn create_target_group(
        &self,
        region: &str,
        name: &str,
        target_type: &str,
        targets: &[(&str, Option<u16>)],
    ) -> String {
        let arguments = json!({"region": region, "name": name, "target_type": target_type, "targets": targets});
        let arn = self.fixture("create_target_group", &arguments);
        arn.as_str().expect("an ARN").to_owned()
    }

    /// Makes an Auto Scaling group with so many new instances; their ids.
    pub fn create_asg(&self, region: &str, name: &str, size: usize) -> Vec<String> {
        strings(&self.fixture("create_asg", &json!({"region": region, "name": name, "size": size})))
    }

    /// Stops instances, which takes them out of service in load balancers and target groups.
    pub fn stop_instances(&self, region: &str, instances: &[&str]) {
        self.fixture("stop_instances", &json!({"region": region, "instances": instances}));
    }
}

fn strings(list: &Value) -> Vec<String> {
    let items = list.as_array().expect("a list");
    items.iter().map(|item| item.as_str().expect("a text").to_owned()).collect()
}
