package starling.router.broker;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import starling.models.UnfitException;

/**
 * The listening socket. Every connection gets, in this order: TLS where asked for, a {@link PacketFramer}, a {@link
 * ConnectGate}, and, once it was let in, the handlers of the engine.
 *
 * <p>Passwords are checked by one thread, so that strangers who send many wrong ones cost at most one core.
 */
@SuppressWarnings("FutureReturnValueIgnored") // of close and write: a channel that fails there is closed
final class Door implements AutoCloseable {

    private static final int MAX_IO_THREADS = 4;
    private static final int STOP_SECONDS = 5;

    private final BrokerLimits limits;
    private final Doorkeeper keeper;
    private final Optional<SslContext> tls;
    private final NettyAcceptor engine;
    private final EventLoopGroup loops;
    private final ExecutorService judges;
    private final ChannelGroup unknown = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup admitted = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicLong refusals = new AtomicLong();
    private final Channel listening;

    /**
     * Opens.
     *
     * @throws UnfitException if the address cannot be listened on
     */
    Door(BrokerSettings settings, Optional<SslContext> tls, NettyAcceptor engine) {
        this.limits = settings.limits();
        this.keeper = new Doorkeeper(settings.passwords(), settings.rules(), settings.allowAnonymous());
        this.tls = tls;
        this.engine = engine;
        int threads = Math.max(2, Math.min(MAX_IO_THREADS, Runtime.getRuntime().availableProcessors()));
        this.loops = new NioEventLoopGroup(threads, new DefaultThreadFactory("broker-io", true));
        this.judges = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(BrokerLimits.UNKNOWN_CONNECTIONS),
                new DefaultThreadFactory("broker-login", true));
        this.listening = listen(settings.host(), settings.port());
    }

    private Channel listen(String host, int port) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        receive(channel);
                    }
                });
        try {
            return bootstrap.bind(host, port).syncUninterruptibly().channel();
        } catch (Exception e) { // sync throws the bind's own exception, checked or not
            judges.shutdownNow();
            loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new UnfitException("the broker cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
        }
    }

    private void receive(SocketChannel channel) {
        if (unknown.size() >= BrokerLimits.UNKNOWN_CONNECTIONS) {
            refused();
            channel.close();
            return;
        }
        unknown.add(channel);
        tls.ifPresent(context -> {
            SslHandler handler = context.newHandler(channel.alloc());
            handler.setHandshakeTimeout(limits.connectSeconds(), TimeUnit.SECONDS);
            channel.pipeline().addLast("ssl", handler);
        });
        PacketFramer framer = new PacketFramer();
        channel.pipeline().addLast("framer", framer).addLast("gate", new ConnectGate(this, framer));
    }

    /** Takes a connection over from the unknown ones, unless there are too many already. */
    boolean admit(Channel channel) {
        if (admitted.size() >= limits.connections()) {
            return false;
        }
        unknown.remove(channel);
        return admitted.add(channel);
    }

    void refused() {
        refusals.incrementAndGet();
    }

    BrokerLimits limits() {
        return limits;
    }

    Doorkeeper keeper() {
        return keeper;
    }

    ExecutorService judges() {
        return judges;
    }

    NettyAcceptor engine() {
        return engine;
    }

    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    int connections() {
        return admitted.size();
    }

    long refusals() {
        return refusals.get();
    }

    /** Stops listening and tells every client that the broker stops. */
    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        unknown.close();
        for (Channel channel : admitted) {
            ChannelHandlerContext guard = channel.pipeline().context(PacketGuard.class);
            if (guard != null) {
                ((PacketGuard) guard.handler()).shutDown(guard);
            }
        }
        admitted.newCloseFuture().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        admitted.close().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        judges.shutdownNow();
    }

    /** Ends the threads, after the engine has let go of the connections. */
    void release() {
        loops.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
    }
}
