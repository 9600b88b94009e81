package starling.deploy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The dependency table of docs/ARCHITECTURE.md: which room may see which. */
class DependencyTableTest {
    private static final Path HOME = Path.of(System.getProperty("starling.home", ".."));

    /** Room (package below starling) to the rooms it may see. */
    private static final Map<String, List<String>> MAY_SEE = Map.of(
            "models", List.of(),
            "codes", List.of(),
            "link", List.of(),
            "learning", List.of("models", "codes"),
            "repurpose", List.of("models"),
            "router", List.of("models", "codes", "link", "learning"),
            "agent", List.of("models", "codes", "link", "learning"),
            "experiments", List.of("models", "codes", "link", "learning", "repurpose", "router", "agent"),
            "deploy", List.of("models", "codes", "link", "learning", "repurpose", "router", "agent"));

    private static final Map<String, String> FOLDERS = Map.of("agent", "edge-agent");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importPaths(MAY_SEE.keySet().stream()
                    .map(room -> HOME.resolve(FOLDERS.getOrDefault(room, room)).resolve("target/classes"))
                    .toList());

    @Test
    void roomsSeeOnlyTheRoomsTheTableAllows() {
        MAY_SEE.forEach((room, allowed) -> {
            assertFalse(
                    CLASSES.stream().noneMatch(type -> type.getPackageName().startsWith("starling." + room)),
                    "no classes of room " + room + " were read");
            List<String> forbidden = new ArrayList<>();
            for (String other : MAY_SEE.keySet()) {
                if (!other.equals(room) && !allowed.contains(other)) {
                    forbidden.add("starling." + other + "..");
                }
            }
            noClasses()
                    .that()
                    .resideInAPackage("starling." + room + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(forbidden.toArray(String[]::new))
                    .check(CLASSES);
        });
    }

    @Test
    void codesNeverSeesOnnxAndTheAgentNoBroker() {
        noClasses()
                .that()
                .resideInAnyPackage("starling.codes..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.onnx..", "ai.onnxruntime..", "java.net..", "java.nio.file..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage("starling.agent..", "starling.models..", "starling.link..", "starling.repurpose..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.activemq..", "com.sun.net.httpserver..")
                .check(CLASSES);
    }

    @Test
    void packagesOfARoomFormNoCycle() {
        for (String room : MAY_SEE.keySet()) {
            SlicesRuleDefinition.slices()
                    .matching("starling." + room + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
    }
}
