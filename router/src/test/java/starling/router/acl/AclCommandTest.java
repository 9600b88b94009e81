package starling.router.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import starling.models.UnfitException;
import starling.models.plan.fixture.TinyBundles;

class AclCommandTest {

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = new CommandLine(new AclCommand());
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(new StringWriter()));
        line.setExecutionExceptionHandler((thrown, at, parsed) -> thrown instanceof UnfitException ? 1 : 70);
        return line.execute(arguments);
    }

    private String bundle() {
        Path bundle = folder.resolve("bundle");
        if (!Files.exists(bundle)) {
            TinyBundles.write(bundle, 3, TinyBundles.Kind.ACTIVATIONS, 5);
        }
        return bundle.toString();
    }

    @Test
    void printsTheFileOfRulesThatTheEmbeddedBrokerReads() throws Exception {
        assertEquals(0, run("--bundle", bundle(), "--broker", "artemis", "--fleet", "home", "--clients", "ann,bob"));
        Path file = Files.writeString(folder.resolve("rules.json"), out.toString());
        assertEquals(AccessRules.ofFleet("home", 3, List.of("ann", "bob")), AccessRules.read(file));
    }

    @Test
    void printsAnAclFileThatIsAllCommentsAndRules() {
        assertEquals(0, run("--bundle", bundle(), "--broker", "mosquitto"));
        List<String> lines = out.toString().lines().toList();
        assertTrue(lines.contains("#   use_username_as_clientid true"));
        assertTrue(lines.contains("user worker-2"));
        assertTrue(lines.contains("topic write starling/starling/worker/2/frame/0"));
        assertTrue(lines.stream()
                .allMatch(line -> line.isEmpty() || line.matches("#.*|user [^ ]+|topic (read|write) [^ ]+")));
    }

    @Test
    void refusesWhatIsNoBundleAndNoBroker() {
        assertEquals(1, run("--bundle", folder.resolve("none").toString(), "--broker", "artemis"));
        assertEquals(2, run("--bundle", bundle(), "--broker", "artemis", "--fleet", "a/b"));
        assertEquals(2, run("--bundle", bundle(), "--broker", "artemis", "--clients", "worker-0"));
        assertEquals(2, run("--bundle", bundle(), "--broker", "rabbit"));
        assertEquals(2, run("--broker", "artemis"));
        assertEquals("", out.toString());
    }
}
