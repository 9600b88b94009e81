/** Tests of topics. */
@NullMarked
package starling.link.topic;

import org.jspecify.annotations.NullMarked;
