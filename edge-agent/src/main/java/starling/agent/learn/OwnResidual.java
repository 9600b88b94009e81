package starling.agent.learn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import starling.learning.uplink.Residuals;
import starling.models.UnfitException;
import starling.models.files.Folders;

/**
 * What this node could not send, as it was before the newest round that it took part in, after it, and at the newest checkpoint of
 * the trial: a router that goes on from there finds the node as it was. In files {@code residual-TRIAL-ROUND}, made beside their
 * place and then renamed, or in memory. ROUND counts the rounds that are done. At most three are kept.
 */
final class OwnResidual implements Residuals {
    private static final int NEWEST = 2;

    private final @Nullable Path folder;
    private final String prefix;
    private final int checkpoint;
    private final TreeMap<Long, byte[]> states = new TreeMap<>();

    /**
     * Finds what an earlier run of this program has kept.
     *
     * @param folder null to keep it in memory
     * @param trial whose it is
     * @param checkpoint rounds between the trial's checkpoints, 0 for none
     * @throws UnfitException when the folder cannot be read or made
     */
    OwnResidual(@Nullable Path folder, String trial, int checkpoint) {
        this.folder = folder;
        this.prefix = "residual-" + trial + "-";
        this.checkpoint = checkpoint;
        if (folder == null) {
            return;
        }
        try {
            Files.createDirectories(folder);
            try (Stream<Path> inside = Files.list(folder)) {
                for (Path file : (Iterable<Path>) inside::iterator) {
                    String name = file.getFileName().toString();
                    if (name.startsWith(prefix)
                            && name.substring(prefix.length()).matches("\\d{1,18}")) {
                        states.put(Long.parseLong(name.substring(prefix.length())), Files.readAllBytes(file));
                    }
                }
            }
        } catch (IOException e) {
            throw new UnfitException("what was not sent cannot be kept in '" + folder + "': " + Folders.reason(e), e);
        }
    }

    /**
     * A round begins: what came of later rounds, which the router has lost, is forgotten.
     *
     * @param heard whether what was sent in the round before has counted; if not, it is as if it had not been taken from the residual
     */
    synchronized void begin(long round, boolean heard) {
        for (Long later : states.tailMap(round, heard ? false : true).keySet().toArray(new Long[0])) {
            remove(later);
        }
    }

    @Override
    public synchronized Optional<byte[]> before(long node, long round) {
        Map.Entry<Long, byte[]> newest = states.floorEntry(round);
        return newest == null ? Optional.empty() : Optional.of(newest.getValue());
    }

    @Override
    public synchronized void after(long node, long round, byte[] state) {
        long done = round + 1;
        if (folder != null) {
            Path file = folder.resolve(prefix + done);
            Path staged = folder.resolve("." + prefix + done);
            try {
                Files.write(staged, state);
                Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UnfitException("what was not sent cannot be kept in '" + file + "': " + Folders.reason(e), e);
            }
        }
        states.put(done, state);
        long kept = checkpoint == 0 ? 0 : done - done % checkpoint;
        Long atCheckpoint = states.floorKey(kept);
        while (states.size() > NEWEST + 1) {
            Long oldest = states.firstKey();
            remove(oldest.equals(atCheckpoint) ? states.higherKey(oldest) : oldest);
        }
    }

    private void remove(Long done) {
        states.remove(done);
        if (folder != null) {
            try {
                Files.deleteIfExists(folder.resolve(prefix + done));
            } catch (IOException e) {
                throw new UnfitException(
                        "'" + folder.resolve(prefix + done) + "' cannot be deleted: " + Folders.reason(e), e);
            }
        }
    }
}
