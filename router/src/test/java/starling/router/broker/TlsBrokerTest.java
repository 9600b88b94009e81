package starling.router.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;

class TlsBrokerTest {

    @TempDir
    private static Path folder;

    private static TestCertificates certificates;
    private static EmbeddedBroker byPassword;
    private static EmbeddedBroker byCertificate;

    @BeforeAll
    static void start() throws Exception {
        certificates = new TestCertificates(folder)
                .authority("ours")
                .authority("theirs")
                .certificate("broker", "broker", "ours")
                .certificate("zero", "worker-0", "ours")
                .certificate("false-zero", "worker-0", "theirs")
                .expired("old-zero", "worker-0", "ours");
        BrokerTls tls = new BrokerTls(certificates.chain("broker"), certificates.key("broker"), Optional.empty());
        byPassword = EmbeddedBroker.start(EmbeddedBrokerTest.settings().withTls(tls));
        byCertificate = EmbeddedBroker.start(EmbeddedBrokerTest.settings()
                .withTls(new BrokerTls(tls.certificate(), tls.key(), Optional.of(certificates.chain("ours")))));
    }

    @AfterAll
    static void stop() {
        byPassword.close();
        byCertificate.close();
    }

    private static TestClient client(
            EmbeddedBroker broker, String authority, @Nullable String certificate, String clientId) throws Exception {
        TestClient client = new TestClient(broker.uri(), clientId);
        client.options.setSocketFactory(certificates.client(authority, certificate));
        return client;
    }

    @Test
    void speaksTls() throws Exception {
        assertTrue(byPassword.uri().startsWith("ssl://127.0.0.1:"));
        try (TestClient worker = client(byPassword, "ours", null, "worker-0").as("worker-0", "zero")) {
            worker.connect();
            assertEquals(1, worker.subscribe("starling/home/worker/0/presence", 1));
            assertEquals(0, worker.publish("starling/home/worker/0/presence", "x".repeat(200_000)));
            assertEquals(200_000, worker.next().payload().length);
            assertEquals(135, worker.publish("starling/home/worker/1/presence", "x"));
        }
        assertEquals(
                134,
                client(byPassword, "ours", null, "worker-0")
                        .as("worker-0", "one")
                        .refusal());
    }

    @Test
    void isNotTrustedByThoseWhoTrustAnotherAuthority() throws Exception {
        assertThrows(MqttException.class, () -> client(byPassword, "theirs", null, "worker-0")
                .as("worker-0", "zero")
                .connect());
    }

    @Test
    void cutsOffWhoeverSpeaksPlainly() throws Exception {
        try (RawClient plain = new RawClient(byPassword.port())) {
            plain.send(RawClient.connect("worker-0", "worker-0", "zero", 60));
            RawClient.Packet answer = plain.read(); // a TLS alert at most
            assertTrue(answer == null || answer.type() != 2);
        }
        try (RawClient plain = new RawClient(byCertificate.port())) {
            plain.send((byte) 0x16, (byte) 3, (byte) 3, (byte) 0xff, (byte) 0xff, (byte) 1);
            RawClient.Packet answer = plain.read();
            assertTrue(answer == null || answer.type() != 2);
        }
    }

    @Test
    void aCertificateIsEnough() throws Exception {
        try (TestClient worker = client(byCertificate, "ours", "zero", "worker-0")) {
            worker.connect();
            assertEquals(0, worker.publish("starling/home/worker/0/presence", "x"));
            assertEquals(135, worker.publish("starling/home/worker/1/presence", "x"));
        }
        try (TestClient worker =
                client(byCertificate, "ours", "zero", "worker-0").as("worker-0", "zero")) {
            worker.connect();
        }
    }

    @Test
    void aCertificateMustBeThatOfTheUser() throws Exception {
        assertEquals(
                135,
                client(byCertificate, "ours", "zero", "worker-1")
                        .as("worker-1", "one")
                        .refusal());
        assertEquals(
                134,
                client(byCertificate, "ours", "zero", "worker-0")
                        .as("worker-0", "one")
                        .refusal());
        try (TestClient worker = client(byCertificate, "ours", "zero", "worker-1")) {
            worker.connect();
            assertEquals(135, worker.publish("starling/home/worker/1/presence", "x"), "it is not worker-1");
            assertEquals(0, worker.publish("starling/home/worker/0/presence", "x"), "but worker-0");
        }
        assertEquals(135, client(byCertificate, "ours", "broker", "broker").refusal(), "no rules for it");
    }

    @Test
    void certificatesThatProveNothingAreRefused() {
        for (String certificate : new String[] {null, "false-zero", "old-zero"}) {
            MqttException refusal = assertThrows(
                    MqttException.class,
                    () -> client(byCertificate, "ours", certificate, "worker-0")
                            .as("worker-0", "zero")
                            .connect(),
                    certificate);
            assertFalse(refusal.getReasonCode() >= 128 && refusal.getReasonCode() < 256, "before any MQTT");
        }
    }

    @Test
    void refusesFilesThatAreNotWhatTheyShouldBe() throws Exception {
        Path chain = certificates.chain("broker");
        Path key = certificates.key("broker");
        Path none = folder.resolve("none");
        Path text = Files.writeString(folder.resolve("text"), "no PEM at all");
        Files.setPosixFilePermissions(text, PosixFilePermissions.fromString("rw-------"));
        Path open = Files.copy(key, folder.resolve("open.key"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused("certificate " + none + " must be a readable file", new BrokerTls(none, key, Optional.empty()));
        assertRefused("private key " + none + " does not exist", new BrokerTls(chain, none, Optional.empty()));
        assertRefused("open to its owner only", new BrokerTls(chain, open, Optional.empty()));
        assertRefused("must be a certificate in PEM", new BrokerTls(text, key, Optional.empty()));
        assertRefused("must be in PEM, PKCS #8", new BrokerTls(chain, text, Optional.empty()));
        assertRefused("it is another one", new BrokerTls(chain, certificates.key("zero"), Optional.empty()));
        assertRefused("client authority " + none, new BrokerTls(chain, key, Optional.of(none)));
        assertRefused("client authority " + text, new BrokerTls(chain, key, Optional.of(text)));
    }

    private static void assertRefused(String sentence, BrokerTls files) {
        String said = String.valueOf(
                assertThrows(UnfitException.class, () -> TlsContext.of(files)).getMessage());
        assertTrue(said.contains(sentence), said);
    }
}
