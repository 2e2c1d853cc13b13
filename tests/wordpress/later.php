<?php // What the newsroom does after it was read for the first time.
$_SERVER['HTTP_HOST'] = '127.0.0.1';
require __DIR__ . '/wp-load.php';
wp_set_current_user(1);
$made = json_decode(file_get_contents(__DIR__ . '/posts.json'), true);
$now = ['post_date' => current_time('mysql'), 'post_date_gmt' => current_time('mysql', 1), 'edit_date' => true];
wp_update_post(['ID' => $made['updated'], 'post_title' => 'The ferry came back']);
wp_trash_post($made['trashed']);
wp_delete_post($made['deleted'], true);
wp_update_post(['ID' => $made['unpublished'], 'post_status' => 'draft']);
wp_update_post(['ID' => $made['moved'], 'post_name' => 'moved-away']);
wp_update_post(['ID' => $made['bumped']] + $now);
wp_update_post(['ID' => $made['hidden'], 'post_password' => 'secret']);
wp_update_post(['ID' => $made['scheduled'], 'post_status' => 'publish'] + $now);
