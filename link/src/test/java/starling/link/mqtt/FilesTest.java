package starling.link.mqtt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.link.Credentials;
import starling.link.LinkException;
import starling.link.LinkException.Reason;
import starling.link.contract.TestCertificates;

/** Addresses, credentials, certificates and keys as people write them. */
class FilesTest {

    private static final String SECRET = "p=ss wörd ";

    @TempDir
    private Path folder;

    private Path secret(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static String unfit(Executable action) {
        LinkException why = assertThrows(LinkException.class, action);
        assertEquals(Reason.UNFIT, why.reason());
        String sentence = String.valueOf(why.getMessage());
        assertFalse(sentence.contains(SECRET), sentence);
        return sentence;
    }

    @Test
    void credentialsAreReadFromTheirTwoLines() throws Exception {
        Path file = secret("c", "# for the barn\n\nuser=worker-3\npassword=" + SECRET + "\n");
        assertEquals(new Credentials("worker-3", SECRET), CredentialsFile.read(file));
        assertFalse(CredentialsFile.read(file).toString().contains(SECRET));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-rw----", "rw----r--", "rwx--x---", "rw-----w-"})
    void credentialsThatOthersMayOpenAreRefused(String mode) throws Exception {
        Path file = secret("c", "user=worker-3\npassword=" + SECRET);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        String sentence = unfit(() -> CredentialsFile.read(file));
        assertTrue(sentence.contains("must be for its owner only (mode 0600)"), sentence);
        assertTrue(sentence.contains(mode), sentence);
    }

    @Test
    void malformedCredentialsAreRefusedWithoutRepeatingThem() throws Exception {
        for (String text : List.of(
                "",
                "user=worker-3",
                "password=" + SECRET + "\nuser=worker-3",
                "user=\npassword=" + SECRET,
                "user=worker-3\npassword=",
                SECRET + "\n" + SECRET,
                "user=a\npassword=" + SECRET + "\nmore=1")) {
            Path file = secret("c", text);
            unfit(() -> CredentialsFile.read(file));
        }
        assertTrue(unfit(() -> CredentialsFile.read(folder.resolve("none"))).contains("must be readable"));
        Path huge = secret("huge", "x".repeat((1 << 20) + 1));
        assertTrue(unfit(() -> CredentialsFile.read(huge)).contains("at most 1048576 bytes"));
    }

    @Test
    void tlsFilesNameFilesBesideThem() throws Exception {
        Path file = Files.writeString(
                folder.resolve("tls"), "authority=ca.pem\ncertificate = own.crt\nkey=/elsewhere/own.key\n");
        assertEquals(
                new TlsSettings(folder.resolve("ca.pem"), folder.resolve("own.crt"), Path.of("/elsewhere/own.key")),
                TlsSettings.read(file));
        Path authority = new TestCertificates("ca").writeAuthority(folder);
        assertEquals(new TlsSettings(authority, null, null), TlsSettings.read(authority));
        Path half = Files.writeString(folder.resolve("half"), "certificate=own.crt");
        assertTrue(unfit(() -> TlsSettings.read(half)).contains("the key is missing"));
        Path other = Files.writeString(folder.resolve("other"), "password=x");
        assertTrue(unfit(() -> TlsSettings.read(other)).contains("authority, certificate and key only"));
    }

    @Test
    void keysAreReadInEveryUsualForm() throws Exception {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        RSAPrivateCrtKey rsaKey = (RSAPrivateCrtKey) rsa.generateKeyPair().getPrivate();
        byte[] pkcs8 = rsaKey.getEncoded();
        assertEquals(rsaKey, Pem.privateKey(pem("rsa8", "PRIVATE KEY", pkcs8)));
        // A 2048 bit key in PKCS#8 is its PKCS#1 form behind 26 bytes.
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
        assertEquals(rsaKey, Pem.privateKey(pem("rsa1", "RSA PRIVATE KEY", pkcs1)));

        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(new ECGenParameterSpec("secp256r1"));
        ECPrivateKey ecKey = (ECPrivateKey) ec.generateKeyPair().getPrivate();
        assertEquals(
                ecKey.getS(), ((ECPrivateKey) Pem.privateKey(pem("ec8", "PRIVATE KEY", ecKey.getEncoded()))).getS());
        // SEC 1: SEQUENCE { 1, OCTET STRING, [0] { prime256v1 } }
        byte[] s = ecKey.getS().toByteArray();
        byte[] scalar = new byte[32];
        int length = Math.min(32, s.length);
        System.arraycopy(s, s.length - length, scalar, 32 - length, length);
        byte[] sec1 = HexFormat.of()
                .parseHex("3031020101" + "0420" + HexFormat.of().formatHex(scalar) + "a00a06082a8648ce3d030107");
        PrivateKey read = Pem.privateKey(pem("ec1", "EC PRIVATE KEY", sec1));
        assertEquals(ecKey.getS(), ((ECPrivateKey) read).getS());
        assertArrayEquals(
                ecKey.getParams().getOrder().toByteArray(),
                ((ECPrivateKey) read).getParams().getOrder().toByteArray());
    }

    private Path pem(String name, String label, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder().encodeToString(der);
        return secret(name, "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
    }

    @Test
    void badCertificateFilesAreRefused() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty"), "nothing");
        assertTrue(unfit(() -> Pem.certificates(empty)).contains("at least one PEM certificate"));
        Path broken = pem("broken", "CERTIFICATE", new byte[] {1, 2, 3});
        assertTrue(unfit(() -> Pem.certificates(broken)).contains("is broken"));
        Path none = secret("none", "nothing");
        assertTrue(unfit(() -> Pem.privateKey(none)).contains("one PEM private key"));
        Path locked = pem("locked", "ENCRYPTED PRIVATE KEY", new byte[] {1, 2, 3});
        assertTrue(unfit(() -> Pem.privateKey(locked)).contains("unencrypted"));
        Path nonsense = pem("nonsense", "PRIVATE KEY", new byte[] {1, 2, 3});
        assertTrue(unfit(() -> Pem.privateKey(nonsense)).contains("none of them"));
        Path curveless = pem("curveless", "EC PRIVATE KEY", HexFormat.of().parseHex("30030201010400"));
        assertTrue(unfit(() -> Pem.privateKey(curveless)).contains("must name its curve"));
        Path shared = pem("shared", "PRIVATE KEY", new byte[] {1});
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rw-r-----"));
        assertTrue(unfit(() -> Pem.privateKey(shared)).contains("owner only"));
    }

    @Test
    void addressesAreParsed() {
        assertEquals(new BrokerAddress("barn", 1883, false), BrokerAddress.parse("mqtt://barn"));
        assertEquals(new BrokerAddress("barn", 1884, false), BrokerAddress.parse("tcp://barn:1884"));
        assertEquals(new BrokerAddress("barn.example", 8883, true), BrokerAddress.parse("mqtts://barn.example"));
        assertEquals(new BrokerAddress("::1", 99, true), BrokerAddress.parse("ssl://[::1]:99"));
        assertEquals("mqtts://[::1]:99", BrokerAddress.parse("ssl://[::1]:99").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "barn",
                "barn:1883",
                "http://barn",
                "mqtt://",
                "mqtt://user:p=ss wörd @barn",
                "mqtt://user:secret@barn",
                "mqtt://barn/path",
                "mqtt://barn?x",
                "mqtt://barn:0",
                "mqtt://barn:65536",
                "mqtt://a b"
            })
    void otherAddressesAreRefused(String text) {
        String sentence = unfit(() -> BrokerAddress.parse(text));
        assertFalse(sentence.contains("secret"), sentence);
    }

    @Test
    void certificatesWithoutTlsAreAMistake() {
        unfit(() -> new PahoTransport(BrokerAddress.parse("mqtt://barn"), TlsSettings.SYSTEM));
    }
}
