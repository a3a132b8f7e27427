use super::*;
use crate::domain::ledger::rules::DEVELOPMENT_CHAINS;

fn plan(engine: Engine) -> Plan {
    Plan {
        engine,
        rules: Rules::of_chain(DEVELOPMENT_CHAINS[1], 1_700_000_000),
        validators: 4,
        own_keys: Vec::new(),
        hosts: vec![[127, 0, 0, 1].into()],
        ports: (30_303, 8_545),
        funded: Vec::new(),
        accounts: Vec::new(),
    }
}

fn named<'a>(files: &'a [NewFile], folder: &str, name: &str) -> Option<&'a NewFile> {
    files
        .iter()
        .find(|file| file.name == name && file.folder.last().map_or("", String::as_str) == folder)
}

/// Each member's folder has its own key and no other's, and nothing but a key file has any.
#[test]
fn no_member_sees_anothers_key() {
    for engine in [Engine::Besu, Engine::GoQuorum] {
        let network = make(&plan(engine)).unwrap();
        let members = &network.ledger.members;
        assert_eq!(members.len(), 4);
        let mut keys = Vec::new();
        for member in members {
            let file = named(&network.files, &member.name, NODE_KEY_FILE).unwrap();
            let bytes: [u8; 32] = hex::decode(&file.content).unwrap().try_into().unwrap();
            let key = EvmKey::from_bytes(&bytes).unwrap();
            assert_eq!(NodeId::of(&key), member.node_id);
            keys.push((member.name.clone(), file.content.clone()));
        }
        for file in &network.files {
            for (owner, key) in &keys {
                let own = file.name == NODE_KEY_FILE && file.folder.last() == Some(owner);
                assert!(own || !file.content.contains(key.as_str()), "{}", file.name);
            }
        }
        keys.dedup_by(|one, other| one.1 == other.1);
        assert_eq!(keys.len(), 4);
    }
}

#[test]
fn members_bring_keys_of_their_own() {
    let enode = Enode {
        id: NodeId::of(&EvmKey::random()),
        host: [10, 0, 0, 9].into(),
        port: 30_303,
    };
    let mut plan = plan(Engine::Besu);
    plan.own_keys = vec![("clinic".to_owned(), enode)];
    let network = make(&plan).unwrap();
    assert!(network.ledger.founders().contains(&enode.id.address()));
    assert!(named(&network.files, "clinic", "besu.toml").is_some());
    assert!(named(&network.files, "clinic", NODE_KEY_FILE).is_none());
}

#[test]
fn only_development_chains_have_a_faucet() {
    assert!(named(
        &make(&plan(Engine::GoQuorum)).unwrap().files,
        "",
        FAUCET_FILE
    )
    .is_some());
    let mut real = plan(Engine::GoQuorum);
    real.rules.chain_id = 48_879;
    assert!(make(&real).is_err(), "nobody has coins");
    real.funded = vec![Funded {
        account: Address::new([1; 20]),
        wei: 7,
    }];
    let network = make(&real).unwrap();
    assert!(named(&network.files, "", FAUCET_FILE).is_none());
    assert_eq!(network.ledger.funded, real.funded);
}

#[test]
fn ports_count_on_on_one_address_and_not_on_several() {
    let ports = |hosts: Vec<IpAddr>| {
        let mut plan = plan(Engine::Besu);
        plan.hosts = hosts;
        let members = make(&plan).unwrap().ledger.members;
        members
            .iter()
            .map(|member| member.p2p_port)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ports(vec![[127, 0, 0, 1].into()]),
        [30_303, 30_304, 30_305, 30_306]
    );
    let four = (1..=4).map(|last| [10, 0, 0, last].into()).collect();
    assert_eq!(ports(four), [30_303; 4]);
}

#[test]
fn plans_that_make_no_network_are_refused() {
    let cases: [fn(&mut Plan); 6] = [
        |plan| plan.validators = 0,
        |plan| plan.engine = Engine::Anvil,
        |plan| plan.hosts = vec![[127, 0, 0, 1].into(); 3],
        |plan| plan.rules.request_timeout_s = 1,
        |plan| plan.rules.block_period_s = 0,
        |plan| plan.ports = (u16::MAX - 1, 8_545),
    ];
    for change in cases {
        let mut plan = plan(Engine::Besu);
        change(&mut plan);
        let failure = make(&plan).err().unwrap();
        assert_eq!(failure.code(), FailureCode::InvalidInput);
    }
}

#[test]
fn a_newcomer_is_known_to_all_and_founds_nothing() {
    let ledger = make(&plan(Engine::GoQuorum)).unwrap().ledger;
    let host = [127, 0, 0, 1].into();
    let (grown, key) = join(&ledger, "validator-5", host).unwrap();
    assert_eq!(grown.founders(), ledger.founders());
    let newcomer = grown.members.last().unwrap();
    assert_eq!((newcomer.p2p_port, newcomer.rpc_port), (30_307, 8_549));
    let enode = newcomer.enode().to_string();
    for (_, content) in admission_files(&grown) {
        assert!(content.contains(&enode));
    }
    let folder = folder_of(&grown, newcomer, Some(&key));
    assert!(named(&folder, "validator-5", NODE_KEY_FILE).is_some());
    assert!(join(&grown, "validator-5", host).is_err());
    assert!(join(&grown, "../x", host).is_err());
}
