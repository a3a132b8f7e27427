use super::*;

#[test]
fn bits_and_names_are_distinct_and_go_both_ways() {
    let mut mask = 0;
    for each in Use::ALL {
        assert_eq!(mask & each.bit(), 0, "{each}");
        mask |= each.bit();
        assert_eq!(each.name().parse(), Ok(each));
    }
    assert_eq!(uses_in(mask).unwrap(), Use::ALL);
    assert_eq!(uses_in(1 << 7), Err(UseError::Bit(7)));
    assert_eq!(mask_of(&["biomedical", "commercial"]).unwrap(), 0b10_0001);
    assert_eq!(mask_of::<&str>(&[]), Err(UseError::Nothing));
    assert!(mask_of(&["HMB"]).is_err());
}

#[test]
fn terms_are_expanded() {
    let biomedical = expand(&["HMB"]).unwrap();
    for each in Use::ALL {
        let outside = [OtherResearch, Population, ClinicalCare].contains(&each);
        assert_eq!(biomedical & each.bit() == 0, outside, "{each}");
    }
    assert_eq!(expand(&["DUO:0000006"]).unwrap(), biomedical);
    assert_eq!(
        expand(&["NRES"]).unwrap(),
        Use::ALL.iter().fold(0, |m, u| m | u.bit())
    );
    let cancer = Cancer.bit() | Commercial.bit() | ForProfit.bit();
    assert_eq!(expand(&["DS:MONDO:0004992"]).unwrap(), cancer);
    assert_eq!(expand(&["DS:cancer", "NPUNCU"]).unwrap(), Cancer.bit());
    assert_eq!(
        expand(&["HMB", "CC"]).unwrap(),
        biomedical | ClinicalCare.bit()
    );
}

#[test]
fn modifiers_take_away_in_any_order() {
    let without = expand(&["NMDS", "GRU", "NCU", "NPOA", "NPU"]).unwrap();
    for each in [Methods, Commercial, Population, ForProfit] {
        assert_eq!(without & each.bit(), 0, "{each}");
    }
    assert_ne!(without & Biomedical.bit(), 0);
    assert_eq!(expand(&["POA", "NPOA", "NPUNCU"]), Err(UseError::Nothing));
    assert_eq!(expand(&["NMDS"]), Err(UseError::Nothing));
}

#[test]
fn what_cannot_be_expressed_is_refused() {
    for term in [
        "GSO",
        "DUO:0000022",
        "TS",
        "RTN",
        "DS",
        "DS:MONDO:0000001",
        "DS:biomedical",
    ] {
        let refused = expand(&["HMB", term]);
        assert!(
            matches!(refused, Err(UseError::NotExpressible { .. })),
            "{term}"
        );
    }
    assert!(matches!(expand(&["HMB", "XYZ"]), Err(UseError::Unknown(_))));
}

#[test]
fn what_a_consent_lacks_is_named() {
    let consent = expand(&["HMB", "NCU"]).unwrap();
    assert!(missing(consent, Cancer.bit() | Methods.bit()).is_empty());
    assert_eq!(
        missing(consent, Commercial.bit() | Cancer.bit() | 1 << 30),
        ["commercial", "use number 30"]
    );
}
