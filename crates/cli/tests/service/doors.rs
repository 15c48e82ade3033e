//! Who may come in: the token, the link, the cookie, hosts and origins, the socket.

use std::os::unix::fs::PermissionsExt as _;

use testkit::Service;

use crate::scene::{alone, outrigger};

#[test]
fn without_the_token_nobody_comes_in() {
    let (_outrigger, service) = alone();
    for path in [
        "/v1/health",
        "/v1/jobs",
        "/v1/events",
        "/v1/openapi.json",
        "/v1/metrics",
    ] {
        service
            .stranger("GET", path)
            .now()
            .is_problem(401, "unauthorized");
    }
    let wrong = "Bearer 0000000000000000000000000000000000000000000000000000000000000000";
    for shown in [
        wrong,
        "Bearer ",
        "Basic Og==",
        "Bearer",
        &service.token().to_uppercase(),
    ] {
        let asking = service.stranger("GET", "/v1/health").with("authorization", shown);
        asking.now().is_problem(401, "unauthorized");
    }
    service.ask("GET", "/v1/health").now().gives(200);
}

#[test]
fn token_and_socket_are_for_this_user_alone() {
    let (outrigger, service) = alone();
    let mode = |name: &str| {
        let path = outrigger.home().join("service").join(name);
        fs_err::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!([mode(""), mode("token"), mode("socket")], [0o700, 0o600, 0o600]);
    let socket = outrigger.home().join("service/socket");
    let through = |asking: testkit::Asking| asking.through(&socket);
    through(service.stranger("GET", "/v1/health")).gives(200);
    let from_a_page = service
        .stranger("GET", "/v1/health")
        .with("origin", "http://evil.example");
    through(from_a_page).is_problem(403, "foreign-origin");
}

#[test]
fn a_token_that_others_could_read_is_closed_to_them_and_a_strange_one_replaced() {
    let outrigger = outrigger();
    let token = {
        let service = Service::start(&outrigger, &[]);
        service.token().to_owned()
    };
    let file = outrigger.home().join("service/token");
    fs_err::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    {
        let service = Service::start(&outrigger, &[]);
        assert_eq!(service.token(), token, "programs keep their token");
        assert_eq!(
            fs_err::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    fs_err::write(&file, "guessable\n").unwrap();
    let service = Service::start(&outrigger, &[]);
    assert_eq!(service.token().len(), 64);
}

#[test]
fn the_link_opens_once_and_gives_a_cookie_that_no_script_and_no_other_site_can_use() {
    let (outrigger, service) = alone();
    let opened = service.stranger("GET", &service.link()).now().gives(200);
    let cookie = opened.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        !cookie.contains(service.token()),
        "the cookie does not tell the token"
    );
    service.stranger("GET", &service.link()).now().gives(401);
    service.stranger("GET", "/open?key=").now().gives(401);
    service.stranger("GET", "/open").now().gives(401);

    let cookie = cookie.split(';').next().unwrap();
    let with_cookie = |cookies: &str| {
        service
            .stranger("GET", "/v1/health")
            .with("cookie", cookies)
            .now()
    };
    with_cookie(cookie).gives(200);
    with_cookie(&format!("theme=dark; {cookie}")).gives(200);
    with_cookie(&format!("{cookie}0")).is_problem(401, "unauthorized");

    let again = outrigger.run(["serve", "--link"]).ok().stdout;
    let again = again
        .trim()
        .replace(&format!("http://{}", service.authority()), "");
    service.stranger("GET", &again).now().gives(200);
}

#[test]
fn a_foreign_host_or_origin_is_refused_whatever_it_shows() {
    let (_outrigger, service) = alone();
    let port = service.authority().split(':').nth(1).unwrap();
    let with = |name: &str, value: &str| service.ask("GET", "/v1/health").with(name, value).now();
    for host in [
        "evil.example",
        &format!("evil.example:{port}"),
        "127.0.0.1",
        "127.0.0.1:1",
        "",
    ] {
        with("host", host).is_problem(403, "foreign-host");
    }
    with("host", &format!("localhost:{port}")).gives(200);
    for origin in [
        "http://evil.example",
        "null",
        "https://127.0.0.1",
        "http://127.0.0.1:1",
    ] {
        with("origin", origin).is_problem(403, "foreign-origin");
    }
    with("origin", &format!("http://{}", service.authority())).gives(200);
    for site in ["cross-site", "same-site"] {
        with("sec-fetch-site", site).is_problem(403, "foreign-origin");
    }
    with("sec-fetch-site", "same-origin").gives(200);
    let from_elsewhere = service
        .ask("POST", "/v1/jobs")
        .with("origin", "http://evil.example")
        .json(&serde_json::json!({ "kind": "scan" }));
    from_elsewhere.now().is_problem(403, "foreign-origin");
    assert_eq!(service.get("/v1/jobs")["jobs"].as_array().unwrap().len(), 0);
}

#[test]
fn every_answer_keeps_scripts_frames_and_other_sites_out() {
    let (_outrigger, service) = alone();
    let answers = [
        service.ask("GET", "/v1/health").now(),
        service.stranger("GET", "/v1/health").now(),
        service.ask("GET", "/v1/nothing").now(),
        service.stranger("GET", &service.link()).now(),
    ];
    for answer in answers {
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    service
        .ask("OPTIONS", "/v1/jobs")
        .with("access-control-request-method", "POST")
        .now()
        .is_problem(405, "method");
}

#[test]
fn a_second_service_says_where_the_first_one_listens() {
    let (outrigger, service) = alone();
    let second = outrigger.run(["serve", "--listen", "127.0.0.1:0"]).fails_with(1);
    assert!(
        second.stderr.contains(&format!("http://{}", service.authority())),
        "{}",
        second.stderr
    );
    service.ask("GET", "/v1/health").now().gives(200);
}

#[test]
fn a_port_in_use_and_an_address_that_others_reach_are_refused_with_the_way_out() {
    let (_outrigger, service) = alone();
    let other = outrigger();
    let taken = other
        .run(["serve", "--listen", service.authority()])
        .fails_with(1);
    assert!(taken.stderr.contains("--listen"), "{}", taken.stderr);
    let open = other.run(["serve", "--listen", "0.0.0.0:0"]).fails_with(2);
    assert!(open.stderr.contains("--beyond-loopback"), "{}", open.stderr);
    let nobody = other.run(["serve", "--link"]).fails_with(4);
    assert!(nobody.stderr.contains("outrigger serve"), "{}", nobody.stderr);
}
