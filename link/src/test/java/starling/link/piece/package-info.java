@NullMarked
package starling.link.piece;

import org.jspecify.annotations.NullMarked;
