package starling.router.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;

class PasswordFileTest {

    private static final String GOOD_HASH =
            "pbkdf2-sha256:1000:AAAAAAAAAAAAAAAAAAAAAA==:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    @TempDir
    private Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void derivesWhatTheStandardSays() {
        // RFC 7914, section 11: PBKDF2-HMAC-SHA-256, the first of the two blocks.
        assertEquals(
                "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
                HexFormat.of().formatHex(PasswordHash.derive(bytes("passwd"), bytes("salt"), 1)));
        assertEquals(
                "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56",
                HexFormat.of().formatHex(PasswordHash.derive(bytes("Password"), bytes("NaCl"), 80_000)));
    }

    @Test
    void derivesWhatThePlatformDerives() throws Exception {
        for (String password : new String[] {"a", "correct horse battery staple", "x".repeat(200)}) {
            byte[] theirs = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), bytes("some salt"), 17, 256))
                    .getEncoded();
            assertArrayEquals(theirs, PasswordHash.derive(bytes(password), bytes("some salt"), 17));
        }
    }

    @Test
    void remembersUsersAcrossWritingAndReading() throws IOException {
        Path file = folder.resolve("users");
        PasswordFile.readForChange(file)
                .with("worker-0", bytes("zero"))
                .with("router", bytes("route"))
                .write(file);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertFalse(Files.readString(file).contains("zero"));
        PasswordFile read = PasswordFile.read(file);
        assertEquals(Set.of("worker-0", "router"), read.users());
        assertTrue(read.admit("worker-0", bytes("zero")));
        assertFalse(read.admit("worker-0", bytes("route")));
        assertFalse(read.admit("worker-1", bytes("zero")));
        read.with("worker-0", bytes("other")).without("router").write(file);
        PasswordFile changed = PasswordFile.read(file);
        assertTrue(changed.admit("worker-0", bytes("other")));
        assertFalse(changed.knows("router"));
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count(), "no temporary file is left");
        }
    }

    @Test
    void saltsEachPassword() throws IOException {
        Path file = folder.resolve("users");
        PasswordFile.readForChange(file)
                .with("a", bytes("same"))
                .with("b", bytes("same"))
                .write(file);
        String[] lines = Files.readString(file).split("\n", -1);
        assertNotEquals(lines[0].substring(2), lines[1].substring(2));
    }

    private String refusal(String content, String mode) throws IOException {
        Path file = folder.resolve("bad");
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return String.valueOf(assertThrows(UnfitException.class, () -> PasswordFile.read(file))
                .getMessage());
    }

    @Test
    void refusesFilesThatWouldLetAnybodyIn() throws IOException {
        UnfitException missing = assertThrows(UnfitException.class, () -> PasswordFile.read(folder.resolve("none")));
        assertTrue(String.valueOf(missing.getMessage()).endsWith("does not exist"), missing.getMessage());
        assertTrue(refusal("", "rw-------").contains("names none"));
        assertTrue(refusal("# nobody yet\n\n", "rw-------").contains("names none"));
        assertTrue(refusal("worker-0:" + GOOD_HASH, "rw-r--r--")
                .contains("open to its owner only (rw-------): it is rw-r--r--"));
        assertTrue(refusal("worker-0:" + GOOD_HASH, "rw----r--").contains("owner only"));
        for (String line : Arrays.asList(
                "worker-0",
                "worker-0:zero",
                "worker-0:$7$101$salt$hash",
                "worker 0:" + GOOD_HASH,
                ":" + GOOD_HASH,
                "worker-0:" + GOOD_HASH + ":",
                "worker-0:pbkdf2-sha256:0:AAAAAAAAAAAAAAAAAAAAAA==:AAAA",
                "worker-0:pbkdf2-sha256:999999999:AAAAAAAAAAAAAAAAAAAAAA==:AAAA",
                "worker-0:pbkdf2-sha256:1000:AAAAAAAAAAAAAAAAAAAAAA==:AAAA",
                "worker-0:pbkdf2-sha256:1000::" + GOOD_HASH.substring(GOOD_HASH.lastIndexOf(':') + 1))) {
            String sentence = refusal("# users\nworker-7:" + GOOD_HASH + "\n" + line + "\n", "rw-------");
            assertTrue(sentence.startsWith("line 3 of the password file"), sentence);
            assertFalse(sentence.contains("AAAAAAAA"), sentence);
        }
        assertTrue(refusal("a:" + GOOD_HASH + "\na:" + GOOD_HASH, "rw-------").contains("names a again"));
    }

    @Test
    void refusesToNameUsersThatNoTopicCanCarry() {
        PasswordFile none = PasswordFile.readForChange(folder.resolve("none"));
        for (String name : new String[] {"", "a b", "a/b", "a:b", "+", "x".repeat(65)}) {
            assertThrows(UnfitException.class, () -> none.with(name, bytes("password")), name);
        }
        assertThrows(UnfitException.class, () -> none.with("worker-0", new byte[0]));
        assertThrows(UnfitException.class, () -> none.without("worker-0"));
    }

    @Test
    void readsAPasswordFromOneLine() throws IOException {
        assertArrayEquals(bytes("secret"), line("secret"));
        assertArrayEquals(bytes("secret"), line("secret\n"));
        assertArrayEquals(bytes("secret"), line("secret\r\nnext\n"));
        assertArrayEquals(bytes(" two words "), line(" two words \n"));
        assertArrayEquals(new byte[0], line("\n"));
        assertEquals(1024, line("x".repeat(1024) + "\n").length);
        assertThrows(UnfitException.class, () -> line("x".repeat(1025)));
    }

    private static byte[] line(String input) throws IOException {
        return UserCommand.firstLine(new ByteArrayInputStream(bytes(input)));
    }
}
