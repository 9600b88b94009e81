package starling.agent.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import starling.models.UnfitException;

/**
 * The machine as this Java sees it. ONNX Runtime is shipped for 64-bit processors and the GNU C library; elsewhere it would end the program with an
 * error of the dynamic linker, so this is asked first.
 *
 * @param system {@code os.name}
 * @param processor {@code os.arch}
 * @param libraries the libraries in this process, as {@code /proc/self/maps} lists them; empty where there is no such file
 */
public record Platform(String system, String processor, String libraries) {

    /** The machine we are on. */
    public static Platform current() {
        String libraries = "";
        Path maps = Path.of("/proc/self/maps");
        if (Files.isReadable(maps)) {
            try {
                libraries = new String(Files.readAllBytes(maps), StandardCharsets.ISO_8859_1);
            } catch (IOException e) {
                // Without the list nothing speaks against this machine.
                libraries = "";
            }
        }
        return new Platform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""), libraries);
    }

    /**
     * Returns when the agent can run here.
     *
     * @throws UnfitException with one sentence for people when it cannot
     */
    public void requireFit() {
        String arch = processor.toLowerCase(Locale.ROOT);
        boolean fits = arch.equals("amd64") || arch.equals("x86_64") || arch.equals("aarch64") || arch.equals("arm64");
        if (!fits) {
            throw new UnfitException("edge-agent needs a 64-bit x86 or ARM system: this Java is for '" + processor + "'"
                    + (arch.startsWith("arm")
                            ? " (on a 32-bit ARM board install the 64-bit system and its Java)"
                            : ""));
        }
        if (system.equals("Linux") && (libraries.contains("/ld-musl-") || libraries.contains("/libc.musl-"))) {
            throw new UnfitException(
                    "edge-agent needs a system with the GNU C library (Debian, Ubuntu, Raspberry Pi OS):"
                            + " this Java uses musl (Alpine), for which there is no ONNX Runtime");
        }
    }
}
