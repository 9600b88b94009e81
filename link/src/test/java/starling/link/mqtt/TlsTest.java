package starling.link.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import starling.link.InboundMessage;
import starling.link.LinkException;
import starling.link.LinkException.Reason;
import starling.link.LinkState;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.Timing;
import starling.link.contract.Await;
import starling.link.contract.NativeMosquitto;
import starling.link.contract.TestCertificates;
import starling.link.contract.TestCertificates.Issued;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsTest {

    private static final Timing PATIENT = Timing.DEFAULT.withConnectDeadline(Duration.ofSeconds(40));

    private Path folder = Path.of("");

    private final TestCertificates authority = new TestCertificates("authority");
    private final NativeMosquitto good = new NativeMosquitto();
    private final NativeMosquitto expired = new NativeMosquitto();
    private final NativeMosquitto demanding = new NativeMosquitto();
    private final NativeMosquitto misnamed = new NativeMosquitto();
    private final NativeMosquitto plain = new NativeMosquitto();

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        folder = temporary;
        Path trusted = authority.writeAuthority(folder);
        Issued server = authority.issue(folder, "server", "localhost", "127.0.0.1");
        Instant now = Instant.now();
        Issued old =
                authority.issue(folder, "old", List.of("localhost"), now.minusSeconds(7200), now.minusSeconds(3600));
        tls(good, trusted, server).start();
        tls(expired, trusted, old).start();
        tls(misnamed, trusted, authority.issue(folder, "misnamed", "another.example"))
                .start();
        tls(demanding, trusted, server).withLines("require_certificate true").start();
        plain.start();
    }

    private static NativeMosquitto tls(NativeMosquitto broker, Path trusted, Issued own) {
        return broker.withLines("cafile " + trusted, "certfile " + own.certificate(), "keyfile " + own.key());
    }

    @AfterAll
    void stop() {
        List.of(good, expired, misnamed, demanding, plain).forEach(NativeMosquitto::close);
    }

    private Path trusted() {
        return folder.resolve("authority.pem");
    }

    private static void works(BrokerAddress address, @Nullable TlsSettings tls) {
        try (PahoTransport transport = new PahoTransport(address, tls)) {
            BlockingQueue<InboundMessage> got = new LinkedBlockingQueue<>();
            transport.connect(SessionSettings.of("one").withTiming(PATIENT));
            Await.done(transport.subscribe("t", got::add));
            byte[] payload = "over TLS".repeat(5000).getBytes(StandardCharsets.UTF_8);
            Await.done(transport.publish("t", payload, Qos.AT_LEAST_ONCE, false));
            assertEquals(payload.length, Await.next(got).payload().length);
        }
    }

    private static void refused(String sentence, BrokerAddress address, @Nullable TlsSettings tls) {
        PahoTransport transport = new PahoTransport(address, tls);
        LinkException why = assertThrows(
                LinkException.class,
                () -> transport.connect(SessionSettings.of("one").withTiming(PATIENT)));
        assertEquals(Reason.TLS, why.reason(), why.getMessage());
        assertEquals(LinkState.REFUSED, transport.state());
        String message = String.valueOf(why.getMessage());
        assertTrue(message.contains(sentence), message);
        transport.close();
    }

    private static BrokerAddress address(String host, NativeMosquitto broker) {
        return new BrokerAddress(host, broker.port(), true);
    }

    private TlsSettings trusting() {
        return new TlsSettings(trusted(), null, null);
    }

    @Test
    void theRightAuthorityAndNameWork() {
        works(address("localhost", good), trusting());
        works(address("127.0.0.1", good), trusting());
    }

    @Test
    void anotherAuthorityIsRefused() throws IOException {
        Path other = new TestCertificates("other").writeAuthority(folder);
        refused("not from a trusted authority", address("localhost", good), new TlsSettings(other, null, null));
        refused("not from a trusted authority", address("localhost", good), null);
    }

    @Test
    void anotherHostNameIsRefused() {
        refused("not for this host", address("127.0.0.1", misnamed), trusting());
    }

    @Test
    void anExpiredCertificateIsRefused() {
        refused("has expired", address("localhost", expired), trusting());
    }

    @Test
    void aBrokerThatWantsACertificateGetsOneOrRefuses() throws IOException {
        refused("may want a client certificate", address("localhost", demanding), trusting());
        Issued own = authority.issue(folder, "worker-0", "worker-0");
        works(address("localhost", demanding), new TlsSettings(trusted(), own.certificate(), own.key()));
        TestCertificates other = new TestCertificates("stranger");
        Issued foreign = other.issue(folder, "foreign", "worker-0");
        refused(
                "refused the TLS connection",
                address("localhost", demanding),
                new TlsSettings(trusted(), foreign.certificate(), foreign.key()));
    }

    @Test
    void plainTextToATlsPortIsRefused() {
        refused("speaks TLS: use mqtts://", new BrokerAddress("localhost", good.port(), false), null);
    }

    @Test
    void tlsToAPlainPortIsRefused() {
        refused("does not speak TLS", address("localhost", plain), trusting());
    }
}
