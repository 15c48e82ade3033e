//! Sockets that a service manager opens and hands over, and what it is told.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use camino::Utf8PathBuf;
use testkit::{Outrigger, Service};

use crate::scene::outrigger;

/// systemd's own program for it, which opens these sockets and starts the service with the first connection.
fn activated(outrigger: &Outrigger, sockets: &[&str], arguments: &[&str]) -> Command {
    let ours = outrigger.command();
    let mut command = Command::new("systemd-socket-activate");
    for (name, value) in ours.get_envs() {
        if let Some(value) = value.and_then(|value| value.to_str()) {
            command.arg(format!("--setenv={}={value}", name.to_str().unwrap()));
        }
    }
    for socket in sockets {
        command.args(["-l", socket]);
    }
    command.arg(ours.get_program()).arg("serve").args(arguments);
    command
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Connects as soon as somebody listens, and keeps the connection.
fn first_client(address: String) -> std::thread::JoinHandle<TcpStream> {
    std::thread::spawn(move || {
        for _ in 0..1000 {
            if let Ok(stream) = TcpStream::connect(&address) {
                return stream;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("nobody listens at {address}");
    })
}

#[test]
#[ignore = "needs systemd"]
fn sockets_of_systemd_stand_in_for_the_address_and_the_socket_of_the_home_folder() {
    let outrigger = outrigger();
    let address = format!("127.0.0.1:{}", free_port());
    let socket = outrigger.home().join("service/socket");
    fs_err::create_dir_all(socket.parent().unwrap()).unwrap();
    let client = first_client(address.clone());
    let mut command = activated(&outrigger, &[&address, socket.as_str()], &["--format", "json"]);
    let service = Service::of(&mut command);

    assert_eq!(service.authority(), address);
    service.ask("GET", "/v1/health").now().gives(200);
    service.stranger("GET", "/v1/health").through(&socket).gives(200);
    let opened = service.stranger("GET", &service.link()).now();
    assert_eq!(
        opened.status, 200,
        "the link leads to the address that was handed over"
    );
    drop(client.join().unwrap());
    let (code, _) = service.end();
    assert_eq!(code, Some(0));
    assert!(socket.exists(), "the socket belongs to whoever opened it");
}

#[test]
#[ignore = "needs systemd"]
fn an_address_that_others_reach_is_refused_also_where_it_was_handed_over() {
    let outrigger = outrigger();
    let port = free_port();
    let client = first_client(format!("127.0.0.1:{port}"));
    let mut command = activated(&outrigger, &[&format!("0.0.0.0:{port}")], &[]);
    let refused = testkit::Output::of(&mut command).fails_with(2);
    assert!(refused.stderr.contains("--beyond-loopback"), "{}", refused.stderr);
    drop(client.join().unwrap());
}

#[test]
#[ignore = "needs systemd"]
fn a_socket_that_other_users_could_write_to_is_refused() {
    let outrigger = outrigger();
    let address = format!("127.0.0.1:{}", free_port());
    let socket = outrigger.surroundings().join("open");
    // The mode that systemd gives a socket whose unit does not say another.
    let opening = open_to_all(socket.clone(), address.clone());
    let mut command = activated(&outrigger, &[socket.as_str(), &address], &[]);
    let refused = testkit::Output::of(&mut command).fails_with(1);
    assert!(refused.stderr.contains("SocketMode=0600"), "{}", refused.stderr);
    opening.join().unwrap();
}

/// Lets everybody use the socket, and then is the first client of the address.
fn open_to_all(socket: Utf8PathBuf, address: String) -> std::thread::JoinHandle<TcpStream> {
    std::thread::spawn(move || {
        while !socket.exists() {
            std::thread::sleep(Duration::from_millis(10));
        }
        fs_err::set_permissions(&socket, std::fs::Permissions::from_mode(0o666)).unwrap();
        first_client(address).join().unwrap()
    })
}

#[test]
fn the_service_manager_is_told_that_it_is_ready_and_that_it_stops() {
    let outrigger = outrigger();
    let path = outrigger.surroundings().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let told = || {
        let mut bytes = [0; 1024];
        let length = manager.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    };
    let mut command = outrigger.command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--format", "json"]);
    let service = Service::of(command.env("NOTIFY_SOCKET", &path));
    let ready = format!("READY=1\nSTATUS=Listens at http://{}\n", service.authority());
    assert_eq!(told(), ready);
    assert_eq!(service.end().0, Some(0));
    assert_eq!(told(), "STOPPING=1\n");
}

#[test]
fn variables_of_another_process_hand_over_nothing() {
    let outrigger = outrigger();
    let mut command = outrigger.command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--format", "json"]);
    command.env("LISTEN_FDS", "1").env("LISTEN_PID", "1");
    let service = Service::of(&mut command);
    service.ask("GET", "/v1/health").now().gives(200);
}
