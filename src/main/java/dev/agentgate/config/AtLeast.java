package dev.agentgate.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The smallest value that a setting accepts, written like the value itself ({@code 1}, {@code
 * 4096}, {@code 1ms}).
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface AtLeast {
  String value();
}
