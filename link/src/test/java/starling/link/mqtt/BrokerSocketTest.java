package starling.link.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.SocketFactory;
import org.junit.jupiter.api.Test;

class BrokerSocketTest {

    private static SocketFactory factory(ServerSocket listener) {
        return BrokerSocket.factory(new BrokerAddress("127.0.0.1", listener.getLocalPort(), false), null, 5000, 1000);
    }

    @Test
    void smallPacketsAreNotHeldBackAndReadsAreGuarded() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket = factory(listener).createSocket()) {
            // Where to go was said before: Paho's own idea of it does not count.
            socket.connect(InetSocketAddress.createUnresolved("elsewhere", 1), 1);
            assertTrue(socket.getTcpNoDelay());
            socket.setSoTimeout(60_000);
            InputStream in = socket.getInputStream();
            assertThrows(SocketTimeoutException.class, in::read, "a read ends soon, so that closing is quick");
            try (Socket server = listener.accept()) {
                server.getOutputStream().write(new byte[] {0x30, 2, 7, 8, (byte) 0xD0, 0});
                for (int expected : new int[] {0x30, 2, 7, 8, 0xD0, 0}) {
                    assertEquals(expected, in.read());
                }
                socket.getOutputStream().write(9);
                assertEquals(9, server.getInputStream().read());
            }
        }
    }

    @Test
    void onlyUnconnectedSocketsAreMade() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SocketFactory factory = factory(listener);
            assertThrows(SocketException.class, () -> factory.createSocket("127.0.0.1", listener.getLocalPort()));
            assertThrows(SocketException.class, () -> factory.createSocket().getInputStream());
        }
    }
}
