package starling.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import starling.models.plan.fixture.TinyBundles;

@ResourceLock(Resources.SYSTEM_ERR)
class RouterTest {
    @TempDir
    Path folder;

    private record Ended(int code, String err) {}

    private static Ended run(String... arguments) {
        PrintStream before = System.err;
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            return new Ended(Router.run(arguments), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(before);
        }
    }

    private static void assertEnds(int code, String sentence, String... arguments) {
        Ended ended = run(arguments);
        assertEquals(code, ended.code(), ended.err());
        assertTrue(ended.err().contains(sentence), ended.err());
    }

    @Test
    void whatBelongsToALaterVersionIsAWrongOption() {
        assertEnds(2, "--dashboard", "serve", "--dashboard");
        assertEquals(0, run("--help").code());
        assertEquals(0, run("serve", "--help").code());
        assertEquals(0, run("infer", "--help").code());
        assertEquals(0, run("trial", "--help").code());
        assertEquals(0, run("--version").code());
    }

    @Test
    void optionsThatDoNotFitTogetherAreWrong() {
        String bundle = TinyBundles.write(folder.resolve("b"), 2, TinyBundles.Kind.CHAIN, 1)
                .path()
                .toString();
        assertEnds(2, "a bundle must be named", "serve", "--anonymous");
        assertEnds(2, "needs users", "serve", "--bundle", bundle);
        assertEnds(
                2,
                "--listen is for the router's own broker",
                "serve",
                "--bundle",
                bundle,
                "--broker",
                "mqtt://127.0.0.1:1",
                "--listen",
                "127.0.0.1:0");
        assertEnds(
                2, "--credentials is for a broker", "serve", "--bundle", bundle, "--anonymous", "--credentials", "x");
        assertEnds(2, "given together", "serve", "--bundle", bundle, "--anonymous", "--tls-key", "x");
        assertEnds(2, "speaks TLS", "serve", "--bundle", bundle, "--anonymous", "--tls", "x");
        assertEnds(2, "--policy", "serve", "--bundle", bundle, "--anonymous", "--policy", "hope");
        assertEnds(2, "--deadline", "serve", "--bundle", bundle, "--anonymous", "--deadline", "soon");
        assertEnds(2, "--data", "infer", "--broker", "mqtt://127.0.0.1:1");
        assertEnds(
                2,
                "--in-flight must be at least 1: it is 0",
                "infer",
                "--broker",
                "mqtt://127.0.0.1:1",
                "--data",
                "builtin:mnist",
                "--in-flight",
                "0");
    }

    @Test
    void valuesThatNoFleetCouldServeAreWrongOptions() throws IOException {
        String bundle = TinyBundles.write(folder.resolve("b"), 2, TinyBundles.Kind.CHAIN, 1)
                .path()
                .toString();
        String[] serve = {"serve", "--bundle", bundle, "--anonymous"};
        assertEnds(2, "listen must be HOST:PORT", append(serve, "--listen", "everywhere"));
        assertEnds(2, "http must be HOST:PORT", append(serve, "--http", "8080"));
        assertEnds(2, "--max-in-flight must be 1 to 4096: it is 0", append(serve, "--max-in-flight", "0"));
        assertEnds(2, "--deadline must be 1 to 3600000: it is 0", append(serve, "--deadline", "0"));
        assertEnds(2, "--quorum must be 0 to", append(serve, "--quorum", "-1"));
        assertEnds(2, "a fleet name must", append(serve, "--fleet", "a/b"));
        assertEnds(2, "a broker address must be", "serve", "--bundle", bundle, "--broker", "http://x");
        Path config = Files.writeString(folder.resolve("r.yaml"), "max-in-flight: 0\n");
        assertEnds(2, "--max-in-flight must be 1 to 4096", append(serve, "--config", config.toString()));
        String[] infer = {"infer", "--broker", "mqtt://127.0.0.1:1", "--data", "builtin:mnist"};
        assertEnds(2, "a broker address must be", "infer", "--broker", "http://x", "--data", "builtin:mnist");
        assertEnds(2, "a fleet name must", append(infer, "--fleet", "a/b"));
        assertEnds(2, "a client name must", append(infer, "--name", "worker-1"));
        assertEnds(2, "--samples must be at least 1: it is 0", append(infer, "--samples", "0"));
        String[] acl = {"acl", "--bundle", bundle, "--broker", "artemis"};
        assertEnds(2, "a fleet name must", append(acl, "--fleet", "a/b"));
        assertEnds(2, "a client name must", append(acl, "--clients", "router"));
        assertEnds(2, "at least one worker: it has 0", "acl", "--workers", "0", "--broker", "artemis");
        assertEnds(2, "--workers", append(acl, "--workers", "2"));
        String trial = folder.resolve("t.yaml").toString();
        Files.writeString(folder.resolve("t.yaml"), "model: region\ndata: builtin:region\n");
        assertEnds(2, "--broker is missing", "trial", trial, "--credentials", "x");
        assertEnds(2, "a broker address must be", "trial", trial, "--broker", "http://x");
        assertEnds(2, "a fleet name must", "trial", trial, "--broker", "mqtt://127.0.0.1:1", "--fleet", "a/b");
        assertEnds(2, "--deadline must be 1 to 86400 s: it is 0", "trial", trial, "--deadline", "0");
        assertEnds(2, "--gather must be", "trial", trial, "--gather", "100000");
        Files.writeString(folder.resolve("o.yaml"), "model: region\ndata: builtin:region\nshare: {by: own}\n");
        assertEnds(
                1,
                "'share: {by: own}' is for agents",
                "trial",
                folder.resolve("o.yaml").toString());
    }

    @Test
    void unfitInputEndsWithOneSentence() throws IOException {
        String bundle = TinyBundles.write(folder.resolve("b"), 2, TinyBundles.Kind.CHAIN, 1)
                .path()
                .toString();
        String[] serve = {"serve", "--bundle", bundle, "--anonymous", "--http", "none"};
        assertEnds(1, "plan.json", "serve", "--bundle", folder.toString(), "--anonymous");
        assertEnds(1, "anonymous clients must listen on loopback", append(serve, "--listen", "0.0.0.0:0"));
        assertEnds(1, "the quorum must be 0 to 2: it is 3", append(serve, "--quorum", "3"));
        Path config = Files.writeString(folder.resolve("r.yaml"), "colour: red\n");
        assertEnds(1, "there is no key 'colour'", append(serve, "--config", config.toString()));
        Path users = Files.writeString(folder.resolve("users"), "\n");
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-------"));
        assertEnds(1, "must name at least one user", "serve", "--bundle", bundle, "--users", users.toString());
        Files.delete(Path.of(bundle, "final/final.onnx"));
        assertEnds(1, "final.onnx", append(serve, "--listen", "127.0.0.1:0"));
        assertEnds(
                1,
                "--samples must be at most",
                "infer",
                "--broker",
                "mqtt://127.0.0.1:1",
                "--data",
                "builtin:mnist,limit=5",
                "--samples",
                "6");
        assertEnds(
                1,
                "no connection within 300 ms",
                "infer",
                "--broker",
                "mqtt://127.0.0.1:1",
                "--data",
                "builtin:mnist",
                "--wait",
                "300");
    }

    private static String[] append(String[] first, String... more) {
        String[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }
}
