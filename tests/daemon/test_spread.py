import socket
import threading

from tests.daemon.spread import Spread


def named(name: bytes) -> int:
    """A server that answers each connection with its name and what it got."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            client, _ = listener.accept()
            with client:
                client.sendall(name + client.recv(100))

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def asked(port: int, question: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(question)
        answer = b""
        while part := connection.recv(100):
            answer += part
        return answer


def test_connections_go_to_each_in_turn() -> None:
    spread = Spread([named(b"one:"), named(b"two:")])
    assert [asked(spread.port, b"hello") for _ in range(3)] == [b"one:hello", b"two:hello", b"one:hello"]
    spread.stop()


def test_a_client_that_leaves_is_gone_for_the_node_too() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    spread = Spread([listener.getsockname()[1]])
    client = socket.create_connection(("127.0.0.1", spread.port), timeout=5)
    node, _ = listener.accept()
    node.settimeout(5)
    client.close()
    assert node.recv(1) == b""
    spread.stop()
