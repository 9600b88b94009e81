package starling.repurpose.partition;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.UnfitException;
import starling.models.plan.Bundle;
import starling.repurpose.fixture.Cli;
import starling.repurpose.fixture.SmallFiles;
import starling.repurpose.space.SplitNetwork;

class BundleNetworkTest {
    @TempDir
    Path folder;

    @Test
    void ownersThatDoNotFitAreNamed() throws IOException {
        Path out = folder.resolve("bundle");
        assertEquals(
                0,
                Cli.run("partition", SmallFiles.dense(folder), "--workers", 2, "--out", out)
                        .exit());
        SplitNetwork network = BundleNetwork.of(Bundle.open(out));
        assertArrayEquals(new int[] {0, 0, 0, 1, 1, 1}, network.ownersOf("x"));
        Path file = out.resolve(Bundle.PLAN);
        String plan = Files.readString(file);
        String[][] changes = {
            {"\"owners\":[0,0,0,1,1,1]", "\"owners\":[0,0,0,1,1]", "0 .. 1 for 5 units"},
        };
        for (String[] change : changes) {
            assertTrue(plan.contains(change[0]));
            Files.writeString(file, plan.replace(change[0], change[1]));
            Bundle changed = Bundle.open(out);
            String sentence = String.valueOf(assertThrows(UnfitException.class, () -> BundleNetwork.of(changed))
                    .getMessage());
            assertTrue(sentence.contains("with workers 0 .. 1: the model has [6 units, 8 units,"), sentence);
            assertTrue(sentence.contains("the plan [" + change[2] + ","), sentence);
        }
    }
}
