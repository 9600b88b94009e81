package starling.link.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import starling.link.LinkException;

/** Subscriptions that were asked for and not answered yet, by filter. Each future is taken once. Thread-safe. */
public final class Requests {

    private final Map<String, CompletableFuture<Void>> asked = new ConcurrentHashMap<>();

    /** Remembers a new request. */
    public CompletableFuture<Void> add(String filter) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        asked.put(filter, future);
        return future;
    }

    /** Takes a request out, if it is there. */
    public @Nullable CompletableFuture<Void> take(String filter) {
        return asked.remove(filter);
    }

    /** Takes all requests out. */
    public List<CompletableFuture<Void>> takeAll() {
        List<CompletableFuture<Void>> taken = new ArrayList<>();
        for (String filter : asked.keySet()) {
            CompletableFuture<Void> future = take(filter);
            if (future != null) {
                taken.add(future);
            }
        }
        return taken;
    }

    /** Fails all requests. */
    public void failAll(LinkException why) {
        takeAll().forEach(future -> future.completeExceptionally(why));
    }
}
